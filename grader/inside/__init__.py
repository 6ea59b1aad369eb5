"""What runs inside the sandboxes, beside a student's code or model. It imports nothing of the host's side."""

"""What people look at: the report of a submission, the page of a class."""

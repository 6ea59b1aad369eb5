"""Jupyter's kernel provisioner that asks a sandbox for a kernel instead of starting a program."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Type

from grader.courses.sheet import Limits
from grader.running.sandbox import Job

PROVISIONER = "grader-warm"
MESSAGE_BYTES = 200 << 20
SHUTDOWN_SECONDS = 5.0


class WaryChannel(AsyncZMQSocketChannel):
    """A channel that passes on only what Jupyter's protocol allows: student code can write to the kernel's sockets."""

    async def get_msg(  # type: ignore[override] # as asynchronous as the one it replaces
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """The next well-formed message. Raises queue.Empty where none comes in `timeout` seconds."""
        while True:
            with suppress(ValueError, TypeError, LookupError, AttributeError, RecursionError, AssertionError):
                message: dict[str, Any] = await super().get_msg(timeout)
                parts = [message["header"], message["parent_header"], message["metadata"], message["content"]]
                if all(isinstance(part, dict) for part in parts) and isinstance(message["msg_type"], str):
                    return message


class SandboxKernelClient(AsyncKernelClient):
    """A client that is ready when the kernel answers and is heard to."""

    iopub_channel_class = Type(WaryChannel)
    shell_channel_class = Type(WaryChannel)
    control_channel_class = Type(WaryChannel)
    stdin_channel_class = Type(WaryChannel)

    def start_channels(self, *args: Any, **kwargs: Any) -> None:
        """Open the channels, for messages of a size that this process can hold."""
        self.context.setsockopt(zmq.MAXMSGSIZE, MESSAGE_BYTES)
        super().start_channels(*args, **kwargs)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Raise RuntimeError where the kernel does not answer in `timeout` seconds, or ends before.

        jupyter_client's own listens another 0.2 s for stray messages; nbclient takes no notice of those anyhow.
        """
        deadline = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < deadline and await self._async_is_alive():
            self.kernel_info()
            with suppress(Empty):
                await self.shell_channel.get_msg(timeout=1)
                await self.iopub_channel.get_msg(timeout=1)
                return
        raise RuntimeError("the kernel did not answer")


class SandboxKernelManager(AsyncKernelManager):
    """A kernel manager whose kernel is a job of a sandbox. What it is told is set before the start."""

    client_factory = Type(SandboxKernelClient, klass=AsyncKernelClient)
    job: Job
    limits: Limits
    settings: dict[str, Any]
    threads: int | None

    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return OneKernelSpec(parent=self)


class OneKernelSpec(KernelSpecManager):
    """The one kernel there is, named by its provisioner."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Whatever the notebook calls its kernel, it gets this one."""
        return KernelSpec(display_name=kernel_name, metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER}})


class WarmProvisioner(KernelProvisionerBase):
    """Starts, interrupts and ends one kernel in the sandbox that its manager's job belongs to."""

    @property
    def manager(self) -> SandboxKernelManager:
        """Who asked for the kernel."""
        manager = self.parent
        assert isinstance(manager, SandboxKernelManager)
        return manager

    @property
    def has_process(self) -> bool:
        """Whether the kernel runs."""
        return not self.manager.job.ended.done()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Write the connection file behind the job's door; with unix sockets the channels need no network."""
        manager = self.manager
        door = manager.job.folder / "door"
        if os.name == "posix":
            manager.transport, manager.ip = "ipc", str(door / "k")
        manager.connection_file = str(door / "connection.json")
        manager.write_connection_file()
        os.chmod(manager.connection_file, 0o644)
        self.connection_info = manager.get_connection_info()
        return await super().pre_launch(cmd=["a job has no command"], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the job."""
        manager = self.manager
        settings = {**manager.settings, "connection_file": manager.connection_file}
        start = manager.job.sandbox.start
        await asyncio.to_thread(start, manager.job, "kernel", manager.limits, settings, manager.threads)
        return self.connection_info

    async def poll(self) -> int | None:
        """None while the kernel runs, else its exit code."""
        ended = self.manager.job.ended
        return ended.result().code if ended.done() else None

    async def wait(self) -> int | None:
        """Until the kernel has ended."""
        return (await asyncio.wrap_future(self.manager.job.ended)).code

    async def send_signal(self, signum: int) -> None:
        """SIGINT reaches the notebook; every other signal ends the job."""
        self.manager.job.signal(signal.SIGINT if signum == signal.SIGINT else signal.SIGTERM)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Give the kernel time to end by itself; jupyter_client on its own looks only every tenth of a second."""
        await asyncio.wait([asyncio.wrap_future(self.manager.job.ended)], timeout=SHUTDOWN_SECONDS)

    async def kill(self, restart: bool = False) -> None:
        """End the job and everything it started."""
        self.manager.job.kill()

    async def terminate(self, restart: bool = False) -> None:
        """End the job and everything it started."""
        self.manager.job.kill()

    async def cleanup(self, restart: bool = False) -> None:
        """The sandbox removes its own folders."""

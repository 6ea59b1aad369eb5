"""Jupyter's kernel provisioner that asks a sandbox for a kernel instead of starting a program."""

import asyncio
import os
import signal
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from grader.records import Limits
from grader.sandbox import Job

PROVISIONER = "grader-warm"


class SandboxKernelManager(AsyncKernelManager):
    """A kernel manager whose kernel is a job of a sandbox. `job`, `limits` and `settings` are set before the start."""

    job: Job
    limits: Limits
    settings: dict[str, Any]

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
        """Write the connection file behind the job's door; where there are unix sockets, the channels need no network."""
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
        await asyncio.to_thread(manager.job.sandbox.start, manager.job, "kernel", manager.limits, settings)
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

    async def kill(self, restart: bool = False) -> None:
        """End the job and everything it started."""
        self.manager.job.kill()

    async def terminate(self, restart: bool = False) -> None:
        """End the job and everything it started."""
        self.manager.job.kill()

    async def cleanup(self, restart: bool = False) -> None:
        """The sandbox removes its own folders."""

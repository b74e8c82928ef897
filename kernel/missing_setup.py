"""Stands in for the TypeScript kernel when the npm packages are missing: answers every cell with what to do."""

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

MESSAGE = "The set-up of this repository is not finished. Run `npm run setup` in its root folder, then restart the kernel."


class MissingSetup(Kernel):
    implementation = "missing-setup"
    implementation_version = "1"
    banner = MESSAGE
    language_info = {"name": "typescript", "mimetype": "text/typescript", "file_extension": ".ts"}

    def do_execute(self, code, silent, *args, **kwargs):
        error = {"ename": "SetupMissing", "evalue": MESSAGE, "traceback": [MESSAGE]}
        if not silent:
            self.send_response(self.iopub_socket, "error", error)
        return {"status": "error", "execution_count": self.execution_count, **error}


IPKernelApp.launch_instance(kernel_class=MissingSetup)

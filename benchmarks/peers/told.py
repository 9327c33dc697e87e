"""A process that measures when it is told to: a line on its standard input, and one with the figure comes back."""

import subprocess


class Told:
    """Runs ``command`` until :meth:`end`."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)

    def round(self, what=""):
        """Return what it measured, in µs."""
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        if not said:
            raise SystemExit(f"{' '.join(map(str, self.process.args))} ended with {self.process.wait()}")
        return float(said)

    def end(self):
        self.process.communicate(timeout=60)

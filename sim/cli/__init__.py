"""The command line: one thin file per command."""

import gc
import os
import signal
import sys
from contextlib import suppress

FAILED, WRONG_INPUT, INTERRUPTED = 1, 2, 130


def main() -> None:
    """Run the command line; an interrupt while it is still loading ends it as quietly as later on.

    What a batch system sends to end a program, SIGTERM, is an interrupt too: what is done is kept.
    """
    gc.disable()  # until a command is loaded: what loading makes is kept, and looking for garbage in it takes a tenth
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # files mean the same whatever else is installed
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # its own keeps much of what was freed
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        from sim.cli.terminals import abandon_failing, replace_closed, replace_unwritable
        from sim.results.wording import make_visible

        replace_closed()
        replace_unwritable()
        from sim.cli.app import app

        try:
            wrong = next((word for word in sys.argv if make_visible(word) != word), None)
            if wrong is not None:
                print(f"{make_visible(wrong)}: holds control characters. Give it without them.", file=sys.stderr)
                sys.exit(WRONG_INPUT)
            app()
        except OSError as error:  # help, or a message on wrong options, that could not be written
            with suppress(OSError):
                print(f"failed: {error.strerror}", file=sys.stderr)
            sys.exit(FAILED)
        finally:
            abandon_failing()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)

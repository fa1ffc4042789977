"""Start Micrograd Playground: `python main.py --help` lists what it takes."""

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["sweep"]:
        return _sweep(arguments[1:])
    from app.command_line import parse_arguments

    options = parse_arguments(arguments)
    from app import start_up

    reason = start_up.why_no_screen() if not options.headless else ""
    try:
        start_up.check_system_libraries(needs_screen=not (options.headless or reason))
        from app import overrides

        overrides.guard()
        if options.headless or reason:
            from app.headless import run_headless

            return run_headless(options, reason)
        from app.application import run

        return run(options)
    except start_up.StartUpError as error:
        print(error, file=sys.stderr)
        return 1


def _sweep(arguments: list[str]) -> int:
    from app.interruption import Interruption

    with Interruption() as interruption:  # before NumPy is imported, which makes its own of Ctrl+C
        from app.sweep import main as sweep

        return sweep(arguments, interruption)


if __name__ == "__main__":
    sys.exit(main())

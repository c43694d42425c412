"""What a command answers with: its exit code; and to bad input, a sentence on stderr."""

import re
from collections.abc import Callable
from typing import Any

from cyclopts import CycloptsError
from rich.console import Console

from backproof.suite.summary import BAD_INPUT, INTERNAL, INTERRUPTED, RIGHT

complaints = Console(stderr=True, highlight=False)


def answer(command: Callable[[], Any]) -> int:
    """The exit code of a command; what the user gave wrong is said on stderr in a line."""
    from backproof.architectures import CaseError
    from backproof.command.claims import NoSuchClaim
    from backproof.command.sizes import NoSize
    from backproof.diagnosis.codes import NoSuchCode
    from backproof.faults import NoSuchFault
    from backproof.suite.draw import NoSuchCase
    from backproof.verdict.run import RecordError
    from backproof.verdict.witnesses import WitnessAbsent

    try:
        return int(command() or RIGHT)
    except (
        CycloptsError,
        CaseError,
        NoSize,
        NoSuchCase,
        NoSuchClaim,
        NoSuchCode,
        NoSuchFault,
        RecordError,
        WitnessAbsent,
    ) as error:
        return _complain(str(error), BAD_INPUT)
    except re.error as error:
        return _complain(f"--only is no regular expression: {error}", BAD_INPUT)
    except OSError as error:
        return _complain(f"{error.filename or 'a file'}: {error.strerror or error}", BAD_INPUT)
    except KeyboardInterrupt:
        return _complain("interrupted before anything was finished", INTERRUPTED)
    except Exception as error:
        complaints.print_exception()
        return _complain(f"internal error: {type(error).__name__}: {error}", INTERNAL)


def _complain(message: str, code: int) -> int:
    complaints.print(f"backproof: {message}", soft_wrap=True, markup=False)
    return code

"""What a dispatch mode does not see: memory that is read, and tensors that code detaches."""

from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from backproof.programs.aten.memory import Memory
from backproof.programs.aten.tensors import has_storage, tensors_in

UNSEEN = {"numpy", "__array__", "tolist", "data_ptr", "__dlpack__", "untyped_storage"}
"""Methods that read memory without an operation."""
DATA: Any = vars(torch._C.TensorBase)["data"].__get__
"""What reads `.data`."""


class Escapes(TorchFunctionMode):
    """Notes the accesses to memory that are no operation, and what the code itself detaches."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self.memory = memory

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(func, "__name__", "")
        if name in UNSEEN:
            self.memory.notice(f"read by {name}")
        result = func(*args, **(kwargs or {}))
        given = list(tensors_in(args))
        detaches = func in (torch.Tensor.detach, DATA)
        if detaches or any(map(self.memory.is_cut, given)):
            for y in tensors_in(result):
                if detaches or (has_storage(y) and _shares(y, given)):
                    self.memory.cut(y)
        return result


def _shares(y: torch.Tensor, given: list[torch.Tensor]) -> bool:
    mine = y.untyped_storage()._cdata
    return any(has_storage(x) and x.untyped_storage()._cdata == mine for x in given)

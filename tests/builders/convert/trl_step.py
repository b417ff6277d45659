"""Opens exports with TRL's own utilities and trains one step of DPO on them; run by a Python that has `trl`.

Reads a JSON object of shape -> folder from its argument, and prints one of shape -> what TRL makes of it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from typing import Any

from datasets import Dataset, load_dataset
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer
from trl.data_utils import apply_chat_template, extract_prompt, is_conversational, unpair_preference_dataset

CHAT = "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '</s>' }}{% endfor %}"


def tokenizer(dataset: Dataset) -> PreTrainedTokenizerFast:
    """A tokenizer of bytes, with the special tokens that a trainer needs."""
    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<pad>", "</s>"], initial_alphabet=alphabet)
    words.train_from_iterator([str(row) for row in dataset], trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="</s>")
    fast.chat_template = CHAT
    return fast


def one_step(dataset: Dataset) -> float:
    """The loss of one step of DPO on a tiny model with random weights."""
    fast = tokenizer(dataset)
    config = GPT2Config(vocab_size=len(fast), n_positions=512, n_embd=16, n_layer=1, n_head=2)
    with tempfile.TemporaryDirectory() as folder:
        GPT2LMHeadModel(config).save_pretrained(folder)
        options = DPOConfig(folder, max_steps=1, per_device_train_batch_size=2, use_cpu=True, report_to=[], bf16=False)
        trainer = DPOTrainer(folder, args=options, train_dataset=dataset, processing_class=fast)
        return float(trainer.train().training_loss)


def opened(shape: str, dataset: Dataset) -> dict[str, Any]:
    """What TRL makes of the first row, and of all of them where they are pairs."""
    row = dataset[0]
    found = {"rows": len(dataset), "conversational": is_conversational(row), "columns": dataset.column_names}
    if shape.startswith("trl_implicit"):
        found["prompt"] = extract_prompt(row)["prompt"]
    if shape == "trl_explicit_chat":
        found["templated"] = sorted(apply_chat_template(row, tokenizer(dataset)))
    if shape in ("trl_explicit", "trl_explicit_chat"):
        found["unpaired"] = len(unpair_preference_dataset(dataset.select_columns(["prompt", "chosen", "rejected"])))
        found["loss"] = one_step(dataset)
    return found


def main() -> None:
    """Open every export."""
    folders = json.loads(sys.argv[1])
    print(json.dumps({shape: opened(shape, load_dataset(path, split="train")) for shape, path in folders.items()}))


if __name__ == "__main__":
    main()

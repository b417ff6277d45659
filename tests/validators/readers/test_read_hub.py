"""A dataset of the Hub, in a process of its own: its client reads the address once, when it is imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

from pluriset.tests.servers.hub import WRITE, Hub

PROGRAM = """
import json, sys
import huggingface_hub
from pluriset.schemas.errors import DataError
from pluriset.validators.readers.read import read
from pluriset.validators.tables.sql import connect

api = huggingface_hub.HfApi()
api.create_repo("me/set", repo_type="dataset")
for content, tag in ((b"n\\n1\\n", "v1"), (b"n\\n1\\n2\\n", "v2")):
    api.upload_file(path_or_fileobj=content, path_in_repo="train.csv", repo_id="me/set", repo_type="dataset")
    api.create_tag("me/set", tag=tag, repo_type="dataset")
for place in json.loads(sys.argv[1]):
    with connect() as connection:
        try:
            print(json.dumps({t: rows.fetchall() for t, rows in read(connection, place).tables.items()}))
        except DataError as error:
            print(json.dumps(error.what))
"""


def test_an_id_with_and_without_a_revision(tmp_path: Path) -> None:
    places = ["me/set", "me/set@v1", "hf://datasets/me/set@v1", "me/none", "me/set@v9"]
    with Hub() as hub:
        quiet = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HOME": str(tmp_path)}
        env = {**os.environ, **quiet, "HF_ENDPOINT": hub.url, "HF_TOKEN": WRITE}
        command = [sys.executable, "-c", PROGRAM, json.dumps(places)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100, cwd=tmp_path)
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"default": [["1", 1, "train"], ["2", 2, "train"]]},
        {"default": [["1", 1, "train"]]},
        {"default": [["1", 1, "train"]]},
        "no such dataset, on disk or on the Hub",
        "no such dataset, on disk or on the Hub",
    ], done.stderr

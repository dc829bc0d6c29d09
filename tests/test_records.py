"""Results records: whole files, clear refusals."""

import json
from dataclasses import replace

import numpy as np
import pytest

from gencore.records import Record, RecordError, load_records, provenance, results_folder, write_record

RECORD = Record(
    family="vae",
    dataset="mnist",
    profile="quick",
    seed=3,
    n_train=4000,
    settings={"latent_dim": 8},
    train_seconds=12.5,
    metrics={"fid": {"value": 60.25, "interval": [59.0, 61.5]}},
    floors={"real": {"fid": 1.5}, "random": {"fid": 570.0}},
    history={"fid": [[1.0, 90.0], [12.5, 60.25]]},
    provenance=provenance([np.zeros(3)]),
)


def test_a_record_survives_the_file(tmp_path):
    path = write_record(RECORD, tmp_path)
    assert path.name == "vae-mnist-quick-seed3.json"
    assert load_records(folder=tmp_path) == [RECORD]
    assert [p.name for p in tmp_path.iterdir()] == [path.name]  # nothing half-written stays


def test_records_are_chosen_by_their_fields(tmp_path):
    for record in (RECORD, replace(RECORD, seed=4), replace(RECORD, profile="full")):
        write_record(record, tmp_path)
    assert [r.seed for r in load_records("vae", "mnist", "quick", folder=tmp_path)] == [3, 4]
    assert load_records("gan", folder=tmp_path) == []


def test_an_unwritable_number_leaves_the_old_file(tmp_path):
    write_record(RECORD, tmp_path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_record(replace(RECORD, train_seconds=float("nan")), tmp_path)
    assert load_records(folder=tmp_path) == [RECORD]


@pytest.mark.parametrize("field", ["family", "dataset", "profile"])
def test_unknown_names_are_refused(field):
    with pytest.raises(RecordError, match=f"{field} is 'typo'; known are"):
        replace(RECORD, **{field: "typo"})


def test_broken_files_are_named(tmp_path):
    path = tmp_path / "vae-mnist-quick-seed3.json"
    path.write_text("{")
    with pytest.raises(RecordError, match=r"vae-mnist-quick-seed3\.json is not a results record"):
        load_records(folder=tmp_path)
    path.write_text(json.dumps({"family": "vae"}))
    with pytest.raises(RecordError, match="is not a results record with the fields family"):
        load_records(folder=tmp_path)
    write_record(RECORD, tmp_path).rename(tmp_path / "other.json")
    with pytest.raises(RecordError, match="rename the file"):
        load_records(folder=tmp_path)


def test_a_missing_score_names_those_there_are():
    assert RECORD.value("fid") == 60.25
    with pytest.raises(KeyError, match=r"no 'kid'; it has \['fid'\]"):
        RECORD.value("kid")


def test_provenance_knows_the_data():
    one, other = provenance([np.zeros(3)]), provenance([np.ones(3)])
    assert one["data_sha256"] != other["data_sha256"]
    assert one["versions"] == other["versions"]


def test_shipped_records_say_where_they_come_from():
    records = load_records()
    assert records, f"no records in {results_folder()}"
    for record in records:
        assert set(record.provenance) == {"commit", "data_sha256", "machine", "versions"}, record.name
        assert len(record.provenance["commit"]) == 40, (
            f"{record.name} was made from files that no commit holds"
        )
        assert record.train_seconds > 0

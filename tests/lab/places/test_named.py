import pytest

from dynamicl.lab.places import Here, Local, Ray, Slurm, place_named, submission
from dynamicl.specs import SpecError


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("here", Here()),
        ("local:workers=4,minutes=5", Local(workers=4, minutes=5)),
        ("slurm:partition=gpu,gpus=1,memory=2.5", Slurm(partition="gpu", gpus=1, memory=2.5)),
        ("slurm:setup=module load cuda+ulimit -n 9999", Slurm(setup=("module load cuda", "ulimit -n 9999"))),
        ('slurm:options="licenses:a,b"+nice:10', Slurm(options=(("licenses", "a,b"), ("nice", "10")))),
        (
            "ray:address=10.0.0.1:6379,cpus=2,resources=tpu:1",
            Ray("10.0.0.1:6379", 2.0, resources=(("tpu", 1.0),)),
        ),
    ],
)
def test_a_place_is_read_from_its_name_and_fields(text, place):
    assert place_named(text) == place


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slum", "`place` is 'slum': choose one of here, local, slurm, ray"),
        ("slurm:partion=a", "place `slurm` has no field `partion`: did you mean `partition`"),
        ("local:workers=two", "`local.workers` is 'two': give it as `int`"),
        ("local:workers=0", "`local.workers` is 0: give more than 0"),
        ("slurm:minutes=-5", "`slurm.minutes` is -5: give more than 0"),
        ("slurm:gpus=-1", "`slurm.gpus` is -1: give 0 or more"),
        ("ray:minutes=0", "`ray.minutes` is 0.0: give more than 0"),
        ("ray:cpus=nan", "`ray.cpus` is nan: give 0 or more"),
        ("here:cores=2", "place `here` takes no fields, and has 'cores': give `here` alone"),
        (
            "slurm:setup=module load o'reilly",
            r"`place` is slurm:.* \(No closing quotation\): close the quotes",
        ),
        ("local:workers=2,workers=3", "`local.workers` is given twice"),
        ("slurm:options=nice", "`slurm.options` is 'nice': give pairs `name:value`"),
    ],
)
def test_what_is_no_place_is_refused(text, message):
    with pytest.raises(SpecError, match=message):
        place_named(text)


def test_only_a_queue_has_something_to_submit(tmp_path):
    assert submission(Here(), tmp_path) == submission(Local(), tmp_path) == ""

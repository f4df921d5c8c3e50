from dynamicl.tasks import FewShotSpec, Task, TaskSpec
from small import SmallTaskSpec


def test_a_task_of_ones_own_needs_no_more_than_it_uses():
    assert isinstance(SmallTaskSpec(), TaskSpec) and isinstance(FewShotSpec(), TaskSpec)
    assert isinstance(FewShotSpec(2, test_classes=0).prepare()["train"], Task)

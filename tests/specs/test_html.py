"""What notebooks show."""

import dataclasses

from dynamicl.clamps import Clamp, Constant
from dynamicl.specs import html_table, spec_html
from dynamicl.statistics import Interval, Transition
from dynamicl.training import RunSpec, Seeds
from small import SmallModelSpec, SmallTaskSpec


def test_tables_escape_what_they_show():
    table = html_table("<b>", ["a&b"], [["<script>", 0.123456]])
    assert table == (
        "<table><caption>&lt;b&gt;</caption><thead><tr><th>a&amp;b</th></tr></thead>"
        "<tbody><tr><td>&lt;script&gt;</td><td>0.1235</td></tr></tbody></table>"
    )


def test_specs_show_their_settings_and_what_is_not_usual():
    clamps = (Clamp("layers.0.attn.v", Constant(0.5), heads=(1,)),)
    run = RunSpec(SmallTaskSpec(), SmallModelSpec(), clamps=clamps, seeds=Seeds(3), steps=7)
    shown = run._repr_html_()
    assert shown == spec_html(run) and shown.startswith("<table><caption>run</caption>")
    usual, changed = '<tr style="opacity:0.55"><td>', '<tr style=""><td>'
    for row in ("steps</td><td>7", "seeds.init</td><td>3", "clamps.0.value.number</td><td>0.5"):
        assert f"{changed}{row}</td>" in shown, row
    for row in ("seeds.data</td><td>0", "batch_size</td><td>32", "optimizer.learning_rate</td><td>"):
        assert f"{usual}{row}" in shown, row
    assert clamps[0]._repr_html_().startswith("<table><caption>clamp</caption>")


def test_transitions_show_their_intervals():
    found = Transition(True, run="a<b", curve="loss", time_steps=Interval(10.0, 8.0, 12.0))
    shown = found._repr_html_()
    assert "Transition of loss" in shown and "<td>time_steps</td><td>10 [8, 12]</td>" in shown
    assert "<td>run</td><td>a&lt;b</td>" in shown
    none = dataclasses.replace(found, found=False, reason="too short", time_steps=None)
    assert (
        "No transition: too short" in none._repr_html_()
        and "<td>time_steps</td><td></td>" in none._repr_html_()
    )

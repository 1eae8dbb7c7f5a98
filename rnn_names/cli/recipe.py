"""The options of `rnn-names train` for the recipe, made from its fields."""

from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any

import typer
from typer.core import TyperOption

from rnn_names.cli.command import Command
from rnn_names.cli.options import one_of
from rnn_names.model.choices import allowed, check
from rnn_names.model.recipe import LARGE, TrainConfig
from rnn_names.model.shape import Shape

RECIPE: dict[str, Field[Any]] = {one.name: one for kind in (Shape, TrainConfig) for one in fields(kind)}
SECTIONS = {
    title: names.split()
    for title, names in {
        "The network": "cell bidirectional hidden_size ngrams ngram_length bag readout pooling networks",
        "Initialisation": "recurrent_init freeze seed",
        "The data": "min_per_label max_per_label val_split test_split folded join composed",
        "The training": "epochs patience batch_size optimizer lr row_lr row_start warmup momentum "
        "muon_scale clip_norm ema_decay workers",
        "The loss": "step_loss letter_loss step_share label_smoothing class_weight prior",
        "Regularisation": "dropout dropout_draws letter_dropout ngram_dropout weight_decay",
    }.items()
}


def cells() -> list[str]:
    """The names of the cells."""
    from rnn_names.network.cells import CELLS

    return list(CELLS)


def optimizers() -> list[str]:
    """The names of the optimizers."""
    from rnn_names.training.optim import OPTIMIZERS

    return list(OPTIMIZERS)


# Choices that are the keys of a table. The tables load NumPy, so only the help and the check look there.
TABLES: dict[str, Callable[[], list[str]]] = {"cell": cells, "optimizer": optimizers}


class RecipeCommand(Command):
    """A command with an option for each field of the recipe; their values are in `ctx.meta["recipe"]`."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.params += [option(name, title) for title, names in SECTIONS.items() for name in names]

    def invoke(self, ctx: Any) -> Any:
        """Run it, with the fields of the recipe that are given."""
        values = {name: ctx.params.pop(name) for name in RECIPE}
        ctx.meta["recipe"] = {name: value for name, value in values.items() if value is not None}
        return super().invoke(ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, with the choices of TABLES."""
        for parameter in self.params:
            if parameter.name in TABLES:
                parameter.metavar = "|".join(TABLES[parameter.name]())
        super().format_help(ctx, formatter)


def option(name: str, title: str) -> TyperOption:
    """The option of a field."""
    one, kind = RECIPE[name], type(RECIPE[name].metadata["large"])
    flag = "--" + name.replace("_", "-")
    what = "|".join(one.metadata["choices"])
    shown = one.default
    if kind is bool:
        shown = flag if one.default else f"--no-{flag[2:]}"
    elif kind is float:
        shown = f"{one.default:g}"
    if one.metadata["large"] != one.default:
        shown = f"{shown}, or {one.metadata['large']} for {LARGE:,} names and more"
        if one.metadata["tuned"] == one.default:
            shown += " without --from"
    if one.metadata["tuned"] != one.default:
        shown = f"{shown}, or {one.metadata['tuned']} with --from"
    limits = "" if what else allowed(one)
    return TyperOption(
        param_decls=[name, f"{flag}/--no-{flag[2:]}" if kind is bool else flag],
        type=None if kind is bool else kind,
        is_flag=kind is bool,
        default=None,
        metavar=what or {int: "INT", float: "FLOAT"}.get(kind),
        callback=_checked,
        autocompletion=(lambda ctx, args, incomplete: TABLES[name]()) if name in TABLES else None,
        help=f"{one.metadata['help']}  [default: {shown}{'; ' if limits else ''}{limits}]",
        rich_help_panel=title,
    )


def _checked(ctx: Any, parameter: Any, value: Any) -> Any:
    if parameter.name in TABLES:
        return value if value is None else one_of(value, TABLES[parameter.name]())
    try:
        if value is not None:
            check(RECIPE[parameter.name], value)
    except ValueError as error:
        what = str(error).removeprefix(f"{parameter.name} ")
        raise typer.BadParameter(f"it {what}.", ctx, parameter) from None
    return value

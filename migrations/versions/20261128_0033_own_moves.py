"""A move is wholly the practice's own, and a routine may have phases.

What the two shipped moves took from the catalogue as they were shown (easier versions, words of the tempo, uses
in daily life) is written into their rows. Down again own words of these kinds go.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

POSITIONS = ("standing", "sitting", "lying_back", "lying_side", "lying_front", "all_fours", "kneeling")
LISTS = ("easier", "harder", "equipment", "tags", "transfers")
TURN, HINGE = "hip_turns_standing", "hip_hinge"
OF_SHIPPED: dict[str, dict[str, object]] = {
    TURN: {
        "tempo_there": "out",
        "tempo_back": "back",
        "body_position": "standing",
        "tags": ["hip", "back"],
        "easier": [
            "Sit on a firm chair, keep your knees still, and turn your pelvis",
            "Rest both hands on a wall or counter",
            "Lie on your back with knees bent; let one knee fall out a little while the pelvis stays still",
        ],
        "harder": [
            "Arms out, eyes closed for a few turns, near something to hold",
            "One foot a step ahead of the other",
            "On one leg, the other foot hooked behind it, fingertips on a wall",
            "Turn during a shallow hinge",
        ],
    },
    HINGE: {
        "tempo_there": "down",
        "tempo_back": "up",
        "body_position": "standing",
        "tags": ["hip", "back"],
        "easier": [
            "Sit tall on the edge of a chair and rock forward from the hips",
            "On hands and knees, rock back with a long back",
            "Stand a foot's length from a wall and tap it with your hips",
            "Slide your hands down your thighs to just above the knees",
        ],
        "harder": [
            "Without the stick, deeper, until your hands reach mid-shin",
            "Take 3 seconds down, with a pause",
            "Hold a light object close",
            "One foot a step ahead of the other",
            "On one leg, with fingertips on something firm",
        ],
        "transfers": [
            {
                "key": "sink",
                "name": "At the sink",
                "how": "Unlock your knees and fold a little at the hips. One foot on a low step, or in the cupboard, helps.",
            },
            {
                "key": "washing_machine",
                "name": "Loading the washer or dishwasher",
                "how": "Face it, send your hips back, one hand on the counter. For long loads, go down on one knee.",
            },
            {
                "key": "car",
                "name": "In and out of the car",
                "how": "Stand with your back to the seat and send your hips back to sit. Then turn legs and pelvis together. Do the same in reverse to get out.",
            },
            {
                "key": "dressing",
                "name": "Socks and shoes",
                "how": "Sit and bring your foot up, or put it on a stool, and fold at the hip.",
            },
            {
                "key": "chair",
                "name": "Getting up from a chair",
                "how": "Feet back, hips back, nose over toes, and stand.",
            },
            {
                "key": "pick_up",
                "name": "Picking something up",
                "how": "Get close, send your hips back, chest over the object, and press the floor away to stand. For light things, hinge on one leg and hold on to something.",
            },
        ],
    },
}


def upgrade() -> None:
    with op.batch_alter_table("exercise", schema=None) as batch:
        for name in LISTS:
            batch.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        for name in ("tempo_there", "tempo_back"):
            batch.add_column(sa.Column(name, sa.String(40), nullable=False, server_default=""))
        batch.add_column(sa.Column("body_position", sa.String(24), nullable=True))
        batch.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch.create_check_constraint(
            op.f("ck_exercise_body_position"),
            f"body_position IN ({', '.join(repr(word) for word in POSITIONS)})",
        )
    with op.batch_alter_table("routine", schema=None) as batch:
        batch.add_column(sa.Column("is_listed", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    for table, of in (("routine_item", "routine_item"), ("prescription", "prescription")):
        with op.batch_alter_table(table, schema=None) as batch:
            batch.add_column(sa.Column("from_phase", sa.Integer(), nullable=False, server_default="1"))
            batch.add_column(sa.Column("until_phase", sa.Integer(), nullable=True))
            batch.create_check_constraint(
                op.f(f"ck_{of}_phases"),
                "from_phase >= 1 AND (until_phase IS NULL OR until_phase >= from_phase)",
            )
    op.create_table(
        "routine_phase",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        *_phase_columns("routine_phase", "version_id", "routine_version"),
    )
    op.create_table(
        "program_phase",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=True),
        sa.Column("passed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "passed_by"],
            ["user_account.practice_id", "user_account.id"],
            name=op.f("fk_program_phase_practice_id_passed_by"),
        ),
        *_phase_columns("program_phase", "program_id", "program"),
    )
    _say_what_was_shown()


def downgrade() -> None:
    # what nobody has changed since is this step's own, and no record that would be lost
    op.execute("UPDATE exercise SET body_position = NULL WHERE version = 1")
    op.drop_table("program_phase")
    op.drop_table("routine_phase")
    for table in ("prescription", "routine_item"):
        with op.batch_alter_table(table, schema=None) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_phases"), type_="check")
            batch.drop_column("until_phase")
            batch.drop_column("from_phase")
    with op.batch_alter_table("routine", schema=None) as batch:
        batch.drop_column("retired_at")
        batch.drop_column("is_listed")
    with op.batch_alter_table("exercise", schema=None) as batch:
        batch.drop_constraint(op.f("ck_exercise_body_position"), type_="check")
        for name in ("version", "retired_at", "body_position", "tempo_back", "tempo_there", *reversed(LISTS)):
            batch.drop_column(name)


def _phase_columns(table: str, owner: str, owners: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=True),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 12", name=op.f(f"ck_{table}_position")),
        sa.CheckConstraint("weeks BETWEEN 1 AND 52", name=op.f(f"ck_{table}_weeks")),
        sa.ForeignKeyConstraint(
            ["practice_id", owner],
            [f"{owners}.practice_id", f"{owners}.id"],
            name=op.f(f"fk_{table}_practice_id_{owner}"),
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
        sa.UniqueConstraint(
            *("practice_id", owner, "position"), name=op.f(f"uq_{table}_practice_id_{owner}_position")
        ),
    )


def _say_what_was_shown() -> None:
    exercise = sa.table(
        "exercise",
        sa.column("key", sa.String),
        *(sa.column(name, sa.JSON) for name in LISTS),
        *(sa.column(name, sa.String) for name in ("tempo_there", "tempo_back", "body_position")),
    )
    for key, words in OF_SHIPPED.items():
        op.execute(exercise.update().where(exercise.c.key == key).values(**words))

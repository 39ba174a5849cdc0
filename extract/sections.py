"""Cut the blocks of a body into sections."""

from __future__ import annotations

from collections.abc import Sequence

from steckbrief.extract.model import Block, BlockKind, Section


def cut_sections(body_lines: Sequence[str], first_line: int, blocks: Sequence[Block]) -> tuple[Section, ...]:
    """Cut a body into sections.

    Only top-level headings start a section, not headings inside quotes and lists. The parent of a section is the
    nearest earlier section with a lower level; text before the first heading is a section of level 0 without children.

    Args:
        body_lines: the lines of the body with their line ends.
        first_line: the line number of the first of them in the file.
        blocks: the top-level blocks of the body.
    """
    starts = [index for index, block in enumerate(blocks) if block.kind is BlockKind.HEADING]
    cuts: list[tuple[Block | None, int, int]] = []
    if body_lines and (not starts or blocks[starts[0]].line_start > first_line):
        cuts.append((None, 0, first_line))
    cuts.extend((blocks[index], index + 1, blocks[index].line_start) for index in starts)
    sections: list[Section] = []
    open_sections: list[Section] = []
    for number, (heading, first_block, line) in enumerate(cuts):
        following = cuts[number + 1] if number + 1 < len(cuts) else None
        end_line = following[2] - 1 if following else first_line + len(body_lines) - 1
        end_block = following[1] - 1 if following else len(blocks)
        level = heading.level if heading else 0
        while open_sections and open_sections[-1].level >= level:
            open_sections.pop()
        section = Section(
            position=number + 1,
            parent=open_sections[-1].position if open_sections else None,
            level=level,
            heading=heading.text if heading else None,
            markdown="".join(body_lines[line - first_line : end_line - first_line + 1]),
            line_start=line,
            line_end=end_line,
            blocks=tuple(blocks[first_block:end_block]),
        )
        sections.append(section)
        if heading:
            open_sections.append(section)
    return tuple(sections)

"""Blocks to sections: where each heading's content starts and ends, and which section contains which."""

from __future__ import annotations

from collections.abc import Sequence

from steckbrief.extract.model import Block, BlockKind, Section


def cut_sections(body_lines: Sequence[str], first_line: int, blocks: Sequence[Block]) -> tuple[Section, ...]:
    """Cut a body into sections.

    `body_lines` are the lines of the body with their ends, `first_line` is the file's line number of the first,
    `blocks` are the body's top-level blocks. Only top-level headings start a section (not those inside quotes and
    lists). The sections' `markdown` joined is the body, byte for byte. The parent of a section is the nearest one
    before it with a lower level; text before the first heading is a section of level 0 and contains nothing.
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

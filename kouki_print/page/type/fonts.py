"""Fonts (書体): what can be drawn, how wide it is, and by which glyph number.

A *cluster* is a base character with its variation selector, if any.  It resolves through the
chain of a style to exactly one glyph; a selector that no font of the chain knows is never
answered with the base glyph (JIS X 0213 and IVD: the variant is another legal name).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from kouki_print.page.type.faces import FontFace, blank_glyph, is_private

_SELECTOR = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
CLUSTER = re.compile(f"[^{_SELECTOR}][{_SELECTOR}]?|[{_SELECTOR}]")
HAS_SELECTOR = re.compile(f"[{_SELECTOR}]")
_PAIR = re.compile(f"[^{_SELECTOR}\n][{_SELECTOR}]")


@dataclass(slots=True)
class Style:
    """One style of type (明朝, ゴシック): a chain of faces, first one first, and what was used of each.

    ``key`` is the resource prefix: face *n* of the chain is ``/<key><n>`` on the page.
    """

    key: str
    faces: tuple[FontFace, ...]
    _found: dict[str, tuple[int, int]] = field(default_factory=dict)
    _upright: dict[str, tuple[int, int]] = field(default_factory=dict)
    _advances: dict[str, int] = field(default_factory=dict)

    def resolve(self, cluster: str) -> tuple[int, int]:
        """(index of the face, glyph number) of a cluster; glyph 0 when no face draws it."""
        found = self._found.get(cluster)
        if found is None:
            found = (0, 0)
            for index, face in enumerate(self.faces):
                gid = face.glyph(cluster)
                if gid:
                    found = (index, gid)
                    break
            self._found[cluster] = found
        return found

    def resolve_vertical(self, cluster: str) -> tuple[int, int]:
        """The same for vertical text: the vertical form of the very glyph, where the face has one."""
        found = self._upright.get(cluster)
        if found is None:
            index, gid = self.resolve(cluster)
            found = self._upright[cluster] = (index, self.faces[index].vertical.get(gid, gid))
        return found

    def can_draw(self, cluster: str) -> bool:
        """Whether some face of the chain draws this very cluster."""
        return self.resolve(cluster)[1] != 0

    def private_use(self) -> set[int]:
        """Code points of private use that the union's own font (外字) has; no other face keeps any."""
        return {code for face in self.faces for code in face.cmap if is_private(code)}

    def width(self, text: str) -> int:
        """Natural width of a text in 1/1000 em: the same integers that the PDF carries."""
        known = self._advances
        try:
            return sum([known[cluster] for cluster in clusters(text)])
        except KeyError:  # rare: characters that nobody has measured yet
            for cluster in clusters(text):
                index, gid = self.resolve(cluster)
                known[cluster] = int(self.faces[index].advances[gid])
            return self.width(text)

    def blanks(self) -> dict[str, FontFace]:
        """Clusters asked for so far whose glyph prints nothing, with the face that is broken."""
        return {
            cluster: self.faces[index]
            for known in (self._found, self._upright)
            for cluster, (index, gid) in sorted(known.items())
            if gid and self.faces[index].prints_nothing(cluster, gid)
        }

    def from_further_faces(self) -> dict[str, tuple[FontFace, int]]:
        """Clusters asked for so far that the first face does not have: face and glyph of each."""
        return {
            cluster: (self.faces[index], gid)
            for cluster, (index, gid) in sorted(self._found.items())
            if index
        }

    def settled(self) -> Style:
        """The style once all is asked for: in each of its faces one glyph stands for one text only.

        A glyph that several clusters share (a base and its default variant, U+2212 and U+FF0D) is read back
        as the first of them, so the second, third… stand in further layers: the same face once more.
        JobError when a glyph prints nothing.
        """
        for cluster, face in self.blanks().items():
            raise blank_glyph(cluster, face)
        sharing: dict[tuple[int, int], set[str]] = defaultdict(set)
        for known in (self._found, self._upright):
            for cluster, found in known.items():
                sharing[found].add(cluster)
        layer = {
            (found, cluster): rank
            for found, texts in sharing.items()
            for rank, cluster in enumerate(sorted(texts, key=lambda text: (len(text), text)))
            if found[1]
        }
        further = sorted({(rank, index) for ((index, _), _), rank in layer.items() if rank})
        place = {(0, index): index for index in range(len(self.faces))}
        place |= {each: at for at, each in enumerate(further, start=len(self.faces))}

        def moved(known: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
            return {
                cluster: (place[layer.get((found, cluster), 0), found[0]], found[1])
                for cluster, found in sorted(known.items())
            }

        faces = (*self.faces, *(self.faces[index] for _, index in further))
        return Style(self.key, faces, moved(self._found), moved(self._upright))

    def slim(self) -> Style:
        """The same style without font files and character maps: only what was resolved so far draws."""
        nothing: dict[str, Any] = {"data": b"", "cmap": {}, "variants": {}, "vertical": {}, "source": None}
        slim = {id(face): replace(face, **nothing) for face in self.faces}
        return Style(self.key, tuple(slim[id(face)] for face in self.faces), self._found, self._upright)

    def used(self) -> list[dict[str, int]]:
        """Per face the clusters asked for so far with their glyph numbers, sorted; not the vertical forms."""
        per_face: list[dict[str, int]] = [{} for _ in self.faces]
        for cluster in sorted(self._found):
            index, gid = self._found[cluster]
            if gid:
                per_face[index][cluster] = gid
        return per_face

    def shown(self) -> list[dict[int, str]]:
        """Per face of a settled style the glyphs to embed, vertical forms too, and the text each stands for."""
        per_face: list[dict[int, str]] = [{} for _ in self.faces]
        for known in (self._found, self._upright):
            for cluster, (index, gid) in known.items():
                if gid:
                    per_face[index][gid] = cluster
        return [dict(sorted(each.items())) for each in per_face]


def clusters(text: str) -> list[str]:
    """Text as clusters: each base character with the selector that follows it."""
    return CLUSTER.findall(text) if HAS_SELECTOR.search(text) else list(text)


def distinct_clusters(texts: Iterable[str]) -> set[str]:
    """All clusters that occur in many texts, found through their distinct code points."""
    joined = "\n".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4")
    selector = ((codes >= 0xFE00) & (codes <= 0xFE0F)) | ((codes >= 0xE0100) & (codes <= 0xE01EF))
    if not selector.any():
        return {chr(code) for code in np.unique(codes).tolist()} - {"\n"}
    in_pair = selector | np.append(selector[1:], False)
    found = {chr(code) for code in np.unique(codes[~in_pair]).tolist()} | set(_PAIR.findall(joined))
    return found - {"\n"}

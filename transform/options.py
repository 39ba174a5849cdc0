"""What a person can set about the meaning of profiles.

Belongs here: settings that transform needs, as one frozen object that can be sent to a worker. Does not belong here:
where settings come from (flows/settings.py).
"""

from __future__ import annotations

from dataclasses import dataclass

# A link to another profile of the catalogue: /tools/x/, /en/tools/x/.
CATALOGUE_LINK = r"/(?:(?P<locale>[a-z]{2}(?:-[a-z]{2})?)/)?tools/(?P<slug>[^/?#\s]+)/?(?:[?#].*)?"


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of the transformation.

    default_locale: locale of files that stand below no language folder and name none in their front matter.
    catalogue_link: regular expression for the whole address of a link to another profile, with a group `slug` and a
    group `locale` (where it did not match, the default locale).

    template_profiles: number of profiles that must share a masked text before it is listed in `templates`.
    """

    default_locale: str = "de"
    catalogue_link: str = CATALOGUE_LINK
    template_profiles: int = 5

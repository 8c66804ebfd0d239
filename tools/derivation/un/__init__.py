"""How the tables of the dated world ``un`` follow from published figures: one module a kind of table.

Run ``python -m tools.derivation.un`` to write everything in ``sim/data/un`` that is derived again, byte for byte.
Nothing here runs when a scenario does. What each source covers and which faults it has is in
``tools/data/un/SOURCES.md``. Where ``un-2022`` has a figure for 2021, or the only one for another year, ``un`` takes it
over, so that both agree on 23 February 2022 as far as the sources allow.
"""

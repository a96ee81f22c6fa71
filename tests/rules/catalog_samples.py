"""A small catalogue without fault, which the tests break in one place each."""

GOOD = """\
version: "1"
legal_basis: Standar
valid_from: 2026-01-01
calendars:
  office:
    week: {mon-fri: [08.00-12.00, 13.00-17.00]}
groups:
  layer-1: {tier: layer-1, name: {id: Meja, en: Desk}}
  rft: {tier: layer-2, name: {id: Tim, en: Team}}
attributes:
  devices: {name: {id: Perangkat, en: Devices}, kind: integer, minimum: 1}
  size: {name: {id: Ukuran, en: Size}, kind: choice, choices: {small: {id: K, en: S}, big: {id: B, en: L}}}
documents:
  letter: {name: {id: Surat, en: Letter}}
defaults:
  item: {types: [service request], calendar: office}
services:
  itsm.9:
    code: ITSM.9
    name: {id: Perangkat lunak, en: Software}
    items:
      itsm.9/install:
        name: {id: Instalasi, en: Installation}
        group: rft
        attributes: {devices: , size: }
        documents: {letter: }
        norm: 4 working hours
        wording: {id: 4 jam kerja, en: 4 working hours}
desks:
  medan:
    prefix: MDN
    name: Medan
    zone: Asia/Jakarta
    calendar: office
    groups: [layer-1, rft]
    items: all
    email: medan@example.go.id
"""

"""Shared parts written once: defaults and shared attributes and documents are put where they are used, places kept."""

from helpdesk.catalog.nodes import Node, Scalar, Table, placed, with_defaults

_SHARED = ("attributes", "documents")


def _child(node: Node | None, key: str) -> Node | None:
    return node.entries.get(key) if isinstance(node, Table) else None


def _with(table: Table, key: str, node: Node) -> Table:
    return Table(table.at, {**table.entries, key: node}, table.keys)


def _shared_in(root: Table, own: Node, kind: str) -> Node:
    """A table of attributes or documents with the shared descriptions filled in."""
    shared = _child(root, kind)
    if not isinstance(own, Table) or not isinstance(shared, Table):
        return own
    filled = Table(own.at, {}, own.keys)
    for name, given in own.entries.items():
        entry = Table(own.keys[name]) if isinstance(given, Scalar) and given.value is None else given
        known = shared.entries.get(name)
        filled.entries[name] = with_defaults(entry, placed(known)) if known and isinstance(entry, Table) else given
    return filled


def _item(root: Table, item: Node) -> Node:
    if not isinstance(item, Table):
        return item
    for kind in _SHARED:
        own = item.entries.get(kind)
        if own is not None:
            item = _with(item, kind, _shared_in(root, own, kind))
    return item


def _service(root: Table, service: Node) -> Node:
    if not isinstance(service, Table):
        return service
    own, common = service.entries.get("defaults"), _child(_child(root, "defaults"), "item")
    published = service.entries.get("authority")
    name = published.value if isinstance(published, Scalar) else None
    authority = _child(_child(root, "authorities"), str(name))
    items = service.entries.get("items")
    if isinstance(items, Table):
        fallbacks = (placed(own), placed(_child(authority, "defaults")), placed(common))
        merged = {
            name: _item(root, with_defaults(item, *fallbacks)) if isinstance(item, Table) else item
            for name, item in items.entries.items()
        }
        service = _with(service, "items", Table(items.at, merged, items.keys))
    return _with(service, "defaults", _item(root, own)) if own is not None else service


def _defaults(root: Table, defaults: Node) -> Node:
    item = _child(defaults, "item")
    return _with(defaults, "item", _item(root, item)) if isinstance(defaults, Table) and item is not None else defaults


def _authorities(root: Table, authorities: Table) -> Table:
    filled = dict(authorities.entries)
    for name, authority in authorities.entries.items():
        own = _child(authority, "defaults")
        if isinstance(authority, Table) and own is not None:
            filled[name] = _with(authority, "defaults", _item(root, own))
    return Table(authorities.at, filled, authorities.keys)


def merged(root: Table) -> Table:
    """The catalogue with every default and every shared part where it holds; what has a wrong shape is left alone."""
    services, desks, defaults = (root.entries.get(key) for key in ("services", "desks", "defaults"))
    result = root
    if isinstance(services, Table):
        filled = {name: _service(root, service) for name, service in services.entries.items()}
        result = _with(result, "services", Table(services.at, filled, services.keys))
    if isinstance(desks, Table):
        common = placed(_child(defaults, "desk"))
        own = {n: with_defaults(desk, common) if isinstance(desk, Table) else desk for n, desk in desks.entries.items()}
        result = _with(result, "desks", Table(desks.at, own, desks.keys))
    authorities = root.entries.get("authorities")
    if isinstance(authorities, Table):
        result = _with(result, "authorities", _authorities(root, authorities))
    return _with(result, "defaults", _defaults(root, defaults)) if defaults is not None else result

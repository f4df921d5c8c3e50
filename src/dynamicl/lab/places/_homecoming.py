"""Finished work comes home: checked piece by piece, taken up by content, once however often it comes."""

from dynamicl.store import Library, Store, StoreError, copy_store

from .._merge import merge
from ._orders import IGNORED, Order
from ._place import Home
from ._tasks import Task


def bring_home(task: Task, home: Home) -> None:
    """Take up what a worker finished, and delete its folder.

    Args:
        task: whose worker says that it is finished.
        home: the library that takes it up.

    Raises:
        StoreError: something is missing, damaged, made with other versions, or contradicts what is at home.
    """
    stores = checked_stores(task.order, Library(task.library))
    places = {home.library.place(store.path.name): store for store in stores}
    if any(place.exists() for place in places):
        # It was there before: unfinished, or because it came home twice. Merging compares the two bit by bit.
        merge([store.path for store in stores], home.library.root)
    else:
        for place, store in places.items():
            copy_store(store, place)
    task.remove()


def checked_stores(order: Order, library: Library) -> list[Store]:
    """Return a worker's stores, unless they are not all of its order, whole, and made with the order's versions.

    Every piece is read and held against its hash.

    Raises:
        StoreError: names what is wrong.
    """
    members = library.members()
    stores: dict[str, Store] = {}
    for run in order.runs:
        if run not in members or members[run][0].attributes.get("status") != "finished":
            raise StoreError(
                f"run {run} is not finished in {library.root}: delete that folder and train it again"
            )
        stores[members[run][0].path.name] = members[run][0]
    for store in stores.values():
        made_with = dict(store.header.get("versions", {}))
        for name, version in order.versions.items():
            if name != IGNORED and made_with.get(name) != version:
                raise StoreError(
                    f"store {store.path} was made with {name} {made_with.get(name)}, and its order with {version}: "
                    "install the same versions everywhere, and delete that folder"
                )
        store.verify()
    return list(stores.values())

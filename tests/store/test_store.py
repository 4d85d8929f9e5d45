def test_default_workspace_is_there(store):
    ws = store.workspace("default")
    assert (ws.slug, ws.name) == ("default", "Default")
    print(store.facts())

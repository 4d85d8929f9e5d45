"""How LinkedIn speaks: a library of its Lead Sync API that does no I/O but in `client`.

A call is a value (`leads.find_leads(…) -> Call`), an answer is read by a function of status, headers and
body (`leads.read_leads(*api.send(call, token)) -> Page`), and whatever goes wrong is an error named after
the caller's next move (`errors`). Nothing here reads a clock or throws dice; times are epoch milliseconds,
ids are text.

    calls, answers, errors    what is sent, what came back, what went wrong
    oauth                     consent, tokens, introspection, the member
    accounts, organizations   what the member may see, and in which role
    forms, leads              forms by version; leads as raw bytes, one at a time
    notifications, webhooks   subscriptions; challenge, signature, push
    restli, urns, versions    encoding, names, API versions
    patience                  decisions about trying again
    client                    the wire

Under them: `failures` (statuses to errors), `elements` (cutting an odd page), `loose` (odd JSON), `lead`
and `odd_leads`.
"""

# loses: a late call does not move the later ones
import asyncio


def every(seconds, step):
    loop = asyncio.get_running_loop()
    state = {"number": 0, "timer": None, "over": False}

    def arm():
        state["number"] += 1
        state["timer"] = loop.call_at(state["begin"] + state["number"] * seconds, call)

    def call():
        arm()
        step()

    def begin():
        state["begin"] = loop.time()
        if not state["over"]:
            arm()

    loop.call_soon(begin)

    def stop():
        state["over"] = True
        if state["timer"]:
            state["timer"].cancel()

    return stop

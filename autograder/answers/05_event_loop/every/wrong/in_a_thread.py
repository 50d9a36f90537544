# loses: calls step each so many seconds
import threading


def every(seconds, step):
    over = threading.Event()

    def beat():
        while not over.wait(min(seconds, 0.05)):
            step()

    threading.Thread(target=beat, daemon=True).start()
    return over.set

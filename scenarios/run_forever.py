"""By hand, run_forever: create_task, stop from its done-callback, run_forever, close."""

from scenarios._workload import GetData, LoopFactory, Records, program


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Start the loop without an end, and let the task's end stop it."""
    loop = new_loop()
    try:
        task = loop.create_task(get_data())
        task.add_done_callback(lambda _task: loop.stop())
        loop.run_forever()
        return task.result()
    finally:
        loop.close()


if __name__ == "__main__":
    program(__file__)

"""By hand, run_forever: create_task, stop from its done-callback, run_forever, close."""

from scenarios._workload import GetData, LoopFactory, Records

NEEDS = ("stop_ends_run_forever",)
USED_IN = ("service",)


def scenario(new_loop: LoopFactory, get_data: GetData) -> Records:
    """Run the loop until the end of the task stops it."""
    loop = new_loop()
    try:
        task = loop.create_task(get_data())
        task.add_done_callback(lambda _task: loop.stop())
        loop.run_forever()
        return task.result()
    finally:
        loop.close()


if __name__ == "__main__":
    from scenarios._program import main

    main(__file__)

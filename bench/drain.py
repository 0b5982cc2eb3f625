#!/usr/bin/env python3
"""One drain: EVENTS preloaded events through all consumers, from a cold start of identity to the last queued mail.

Prints the rate, CPU seconds and microseconds per event of each process, peak memory and what PostgreSQL and Kafka used.
Called by scripts/bench, which starts the services.
"""
import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def group_cpu(word):
    """CPU of all processes whose command line holds `word`, children that ended included."""
    total = 0.0
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if word in command:
                total += cpu_seconds(folder.name)
        except OSError:
            continue
    return total


class Bench:
    def __init__(self, binary, preload, work, events, leads, instances):
        self.binary, self.preload, self.work = binary, preload, work
        self.events, self.leads, self.instances = events, leads, instances

    def config(self, run):
        path = self.work / f"bench-{run}.toml"
        database = f"bench_{os.getpid()}_{run}"
        subprocess.run(["psql", "-q", os.environ["PG_ADMIN_DSN"], "-c", f"CREATE DATABASE {database} OWNER scoreline"], check=True)
        dsn = " ".join(part if not part.startswith("dbname=") else f"dbname={database}" for part in os.environ["PG_DSN"].split())
        prefix = f"bench{os.getpid()}.{run}."
        path.write_text(f"""
[kafka]
bootstrap_servers = "{os.environ['KAFKA_BOOTSTRAP']}"
topic_prefix = "{prefix}"
partitions = 24
[postgres]
dsn = '''{dsn}'''
""")
        return path, prefix

    def scoreline(self, config, *arguments, **more):
        return subprocess.run([self.binary, "--config", str(config), *arguments], check=True, text=True, stdout=subprocess.PIPE, **more).stdout

    def run(self, run):
        config, prefix = self.config(run)
        self.scoreline(config, "topics", "apply")
        self.scoreline(config, "migrate", "up")
        processes = {}
        log = open(self.work / f"bench-{run}.log", "w")

        def start(name):
            for n in range(self.instances):
                processes[f"{name}-{n + 1}"] = subprocess.Popen([self.binary, "--config", str(config), "consume", name], stdout=log, stderr=log)

        for consumer in ("customers", "scoring", "intent", "stages", "triggers", "sequences"):
            start(consumer)
        self.scoreline(config, "rulebook", "publish", str(ROOT / "rulebooks" / "event-agency"), "--note", "bench")
        print(subprocess.run([self.preload, os.environ["KAFKA_BOOTSTRAP"], str(self.events), str(self.leads), prefix], check=True, text=True, stdout=subprocess.PIPE).stdout.strip())
        before = {name: cpu_seconds(process.pid) for name, process in processes.items()}
        postgres, kafka = group_cpu("postgres"), group_cpu("kafka.Kafka")
        began = time.time()
        start("identity")
        for name, process in processes.items():
            before.setdefault(name, 0.0)
        while True:
            time.sleep(0.5)
            status = json.loads(subprocess.run([self.binary, "--config", str(config), "--json", "status"], text=True, stdout=subprocess.PIPE).stdout or "{}")
            if status.get("lag_records") == 0:
                break
            if time.time() - began > 600:
                raise SystemExit("the drain did not end within 10 minutes")
        seconds = time.time() - began
        result = {"seconds": seconds, "rate": self.events / seconds}
        for name, process in processes.items():
            used = cpu_seconds(process.pid) - before[name]
            result[name] = {"cpu_s": round(used, 2), "us_per_event": round(used / self.events * 1e6, 2), "peak_mb": round(peak_mb(process.pid))}
        result["postgres_us_per_event"] = round((group_cpu("postgres") - postgres) / self.events * 1e6, 2)
        result["kafka_us_per_event"] = round((group_cpu("kafka.Kafka") - kafka) / self.events * 1e6, 2)
        leads = self.scoreline(config, "--json", "leads", "--limit", "0").count("\n")
        result["leads"] = leads
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        for process in processes.values():
            process.wait(30)
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--preload", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--instances", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    bench = Bench(arguments.binary, arguments.preload, arguments.work, arguments.events, arguments.leads, arguments.instances)
    rates = []
    for run in range(1, arguments.runs + 1):
        result = bench.run(run)
        rates.append(result["rate"])
        print(f"run {run}: {result['rate']:.0f} events/s ({result['seconds']:.1f} s)")
        print(json.dumps({name: value for name, value in result.items() if name not in ("rate", "seconds")}))
    print(f"median {statistics.median(rates):.0f} events/s, lowest {min(rates):.0f}, highest {max(rates):.0f} of {len(rates)} runs")


if __name__ == "__main__":
    sys.exit(main())

"""What end-to-end tests share: private services, processes that can be killed, a client for the collector."""
import base64
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(os.environ.get("SCORELINE_SOURCE_DIR") or pathlib.Path(__file__).resolve().parents[2])
BINARY = os.environ.get("SCORELINE_BINARY") or str(ROOT / ".build" / "release" / "scoreline")
CONSUMERS = ("identity", "customers", "scoring", "intent", "stages", "triggers", "sequences")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House:
    """Kafka, PostgreSQL and any number of scoreline processes in a folder of their own."""

    def __init__(self, partitions=6, clock_ms=60000, extra="", beside=None, prefix=""):
        """`beside`: another house whose services it shares, with topics and a database of its own."""
        # Below the folder that scripts/test sweeps at its end, so that nothing is left running whatever happens here.
        above = os.environ.get("SCORELINE_E2E_DIR")
        if above:
            pathlib.Path(above).mkdir(parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="scoreline-e2e-", dir=above))
        self.folder.chmod(0o755)
        self.beside, self.prefix = beside, prefix
        self.services = beside.services if beside else self.folder / "services"
        self.partitions, self.clock_ms, self.extra = partitions, clock_ms, extra
        self.collector_port = free_port()
        self.config = self.folder / "scoreline.toml"
        self.processes = {}
        self.logs = {}

    def __enter__(self):
        if not self.beside:
            self._services("start")
        try:
            self._read_addresses()
            self._write_config()
            self.scoreline("topics", "apply")
            self.scoreline("migrate", "up")
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, *_):
        for name in list(self.processes):
            self.kill(name)
        if not self.beside:
            self._services("stop")
        if kind is None:
            subprocess.run(["rm", "-rf", str(self.folder)], check=False)
        else:
            print(f"the run's folder stays for a look: {self.folder}", file=sys.stderr)
            for name, log in self.logs.items():
                text = pathlib.Path(log.name).read_text()[-1500:]
                print(f"--- end of the log of {name}\n{text}", file=sys.stderr)

    def _services(self, what):
        subprocess.run([str(ROOT / "scripts" / "services"), what, "--dir", str(self.services)], check=what == "start", stdout=subprocess.DEVNULL)

    def restart_postgres(self):
        """As after a crash: no checkpoint, all connections gone; back on the same port."""
        asked = subprocess.run(["psql", "-qAt", self.admin_dsn, "-c", "SHOW data_directory"], check=True, text=True, stdout=subprocess.PIPE)
        data = pathlib.Path(asked.stdout.strip())
        pid = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        while pathlib.Path(f"/proc/{pid}").exists():
            time.sleep(0.05)
        subprocess.run([str(ROOT / "scripts" / "services"), "start", "--only", "pg", "--dir", str(self.services)], check=True, stdout=subprocess.DEVNULL)

    def _read_addresses(self):
        env = dict(line.split("=", 1) for line in (self.services / "env").read_text().splitlines() if "=" in line and not line.startswith("#"))
        env = {name.removeprefix("export ").strip(): value.strip().strip("'\"") for name, value in env.items()}
        self.bootstrap, self.dsn, self.admin_dsn = env["SCORELINE_KAFKA_BOOTSTRAP"], env["SCORELINE_PG_DSN"], env["PG_ADMIN_DSN"]
        if self.beside:
            name = "scoreline_" + self.prefix.strip(".")
            subprocess.run(["psql", "-q", self.admin_dsn, "-c", f"CREATE DATABASE {name} OWNER scoreline"], check=True)
            self.dsn = self.dsn.replace("dbname=scoreline", f"dbname={name}")

    def _write_config(self):
        self.config.write_text(f"""
[kafka]
bootstrap_servers = "{self.bootstrap}"
partitions = {self.partitions}
session_timeout_ms = 6000
topic_prefix = "{self.prefix}"
[postgres]
dsn = '''{self.dsn}'''
[identity]
hash_key = "000102030405060708090a0b0c0d0e0f"
[collector]
port = {self.collector_port}
[clock]
interval_ms = {self.clock_ms}
[[write_key]]
name = "web"
key = "web-key"
trusted = false
[[write_key]]
name = "server"
key = "server-key"
trusted = true
{self.extra}
""")

    def scoreline(self, *arguments, check=True, stdin=None):
        done = subprocess.run([BINARY, "--config", str(self.config), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=stdin, timeout=180)
        if check and done.returncode != 0:
            raise AssertionError(f"scoreline {' '.join(arguments)}: exit status {done.returncode}\n{done.stderr[-2000:]}")
        return done.stdout

    def lines(self, *arguments, **more):
        return [json.loads(line) for line in self.scoreline(*arguments, **more).splitlines() if line.strip()]

    def produce(self, topic, records, partition=None):
        """Straight into a topic, as a connector does: (key, value) with texts or objects as values. Records of one key keep
        to one partition."""
        if not records:
            return
        command = ["kcat", "-P", "-b", self.bootstrap, "-t", self.prefix + topic, "-K", "\t", "-X", "topic.partitioner=murmur2_random"]
        if partition is not None:
            command += ["-p", str(partition)]
        lines = [f"{key}\t{value if isinstance(value, str) else json.dumps(value)}\n" for key, value in records]
        subprocess.run(command, input="".join(lines), text=True, check=True, stderr=subprocess.DEVNULL, timeout=120)

    def rows(self, query):
        """What PostgreSQL says, an object per row."""
        done = subprocess.run(["psql", "-X", "-qAt", self.dsn, "-c", f"SELECT row_to_json(r) FROM ({query}) r"], check=True, text=True, stdout=subprocess.PIPE)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def start_all(self, instances=2, clock=True):
        """Every consumer, as many times as asked for, a collector and a clock."""
        for consumer in CONSUMERS:
            for n in range(1, instances + 1):
                self.start(f"{consumer}-{n}", "consume", consumer)
        if clock:
            self.start("clock", "clock")
        self.start("collect", "collect")
        self.wait("the collector", self.collector_ready)

    def restart(self, name):
        """As after a crash."""
        self.kill(name)
        self.start(name, "consume", name.rsplit("-", 1)[0])

    def rss_kb(self, name):
        for line in pathlib.Path(f"/proc/{self.processes[name].pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise AssertionError(f"{name} has no memory")

    def start(self, name, *arguments):
        log = open(self.folder / f"{name}.log", "a")
        self.logs[name] = log
        self.processes[name] = subprocess.Popen([BINARY, "--config", str(self.config), *arguments], stdout=log, stderr=subprocess.STDOUT)

    def kill(self, name, how=signal.SIGKILL):
        process = self.processes.pop(name)
        if process.poll() is None:
            process.send_signal(how)
        return process.wait(30)

    def stop(self, name):
        status = self.kill(name, signal.SIGTERM)
        assert status == 0, f"{name} ended with exit status {status}"

    def wait(self, what, condition, limit_s=90):
        deadline = time.time() + limit_s
        while time.time() < deadline:
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} died with exit status {process.returncode} while waiting for {what}"
            try:
                if condition():
                    return
            except (OSError, subprocess.TimeoutExpired):
                pass
            time.sleep(0.2)
        raise AssertionError(f"waited {limit_s} s in vain for {what}: {self.scoreline('status', check=False)}")

    def status(self):
        return json.loads(self.scoreline("--json", "status", check=False) or "{}")

    def caught_up(self):
        return self.status().get("lag_records") == 0

    def come_to_rest(self, limit_s=120):
        """No more ticks, and everything that was written is handled."""
        if "clock" in self.processes:
            self.stop("clock")
        self.wait("the consumers to catch up", self.caught_up, limit_s)

    def _cpu_s(self):
        ticks = {}
        for name, process in self.processes.items():
            fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks[name] = int(fields[11]) + int(fields[12])
        return {name: count / os.sysconf("SC_CLK_TCK") for name, count in ticks.items()}

    def check_idle(self):
        """Nobody burns time while nothing happens."""
        before = self._cpu_s()
        time.sleep(3)
        used = {name: spent - before[name] for name, spent in self._cpu_s().items()}
        assert max(used.values()) < 0.3, f"CPU seconds used in three seconds of rest: {used}"

    def stop_all(self):
        for name in list(self.processes):
            self.stop(name)

    def collector_ready(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.collector_port}/health", timeout=2) as answer:
            return answer.status == 200

    def post(self, path, body, key="web-key", retries=30):
        """The status and the parsed body; 429 and 503 are tried again as an SDK does."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.collector_port}{path}", data=data, method="POST")
        request.add_header("Authorization", "Basic " + base64.b64encode((key + ":").encode()).decode())
        request.add_header("Content-Type", "application/json")
        for _ in range(retries):
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.status, json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503):
                    return error.code, json.loads(error.read() or b"{}")
            except OSError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"{path} did not answer")

"""Records with log times of our choosing: the system's librdkafka (kcat's own), since kcat cannot say when a record was
written, and the brokers' clock cannot be asked to hurry."""
import ctypes
import ctypes.util


class _Bytes(ctypes.Structure):
    _fields_ = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t)]


class _Header(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("at", ctypes.c_char_p), ("size", ctypes.c_ssize_t)]


class _Value(ctypes.Union):
    _fields_ = [("text", ctypes.c_char_p), ("i", ctypes.c_int), ("i64", ctypes.c_int64), ("bytes", _Bytes), ("header", _Header), ("room", ctypes.c_char * 64)]


class _Argument(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int), ("value", _Value)]


TOPIC, PARTITION, VALUE, KEY, FLAGS, TIMESTAMP, HEADER = 1, 3, 4, 5, 7, 8, 9  # rd_kafka_vtype_t
COPY = 2
PRODUCER, TOPIC_RESOURCE, ALTER_CONFIGS = 0, 2, 3


def _library():
    library = ctypes.CDLL(ctypes.util.find_library("rdkafka") or "librdkafka.so.1")
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    for name, result, arguments in (
            ("conf_new", pointer, []), ("conf_set", ctypes.c_int, [pointer, text, text, text, ctypes.c_size_t]),
            ("new", pointer, [ctypes.c_int, pointer, text, ctypes.c_size_t]), ("produceva", pointer, [pointer, pointer, ctypes.c_size_t]),
            ("error_string", text, [pointer]), ("poll", ctypes.c_int, [pointer, ctypes.c_int]), ("flush", ctypes.c_int, [pointer, ctypes.c_int]),
            ("destroy", None, [pointer]), ("queue_new", pointer, [pointer]), ("queue_poll", pointer, [pointer, ctypes.c_int]),
            ("queue_destroy", None, [pointer]), ("event_error", ctypes.c_int, [pointer]), ("event_error_string", text, [pointer]), ("event_destroy", None, [pointer]),
            ("ConfigResource_new", pointer, [ctypes.c_int, text]), ("ConfigResource_set_config", ctypes.c_int, [pointer, text, text]),
            ("ConfigResource_destroy", None, [pointer]), ("AlterConfigs", None, [pointer, pointer, ctypes.c_size_t, pointer, pointer])):
        function = getattr(library, "rd_kafka_" + name)
        function.restype, function.argtypes = result, arguments
    return library


class TimedProducer:
    def __init__(self, bootstrap):
        self.library = _library()
        self.failure = ctypes.create_string_buffer(512)
        conf = self.library.rd_kafka_conf_new()
        for name, value in (("bootstrap.servers", bootstrap), ("partitioner", "murmur2_random"), ("enable.idempotence", "true"), ("linger.ms", "5")):
            if self.library.rd_kafka_conf_set(conf, name.encode(), value.encode(), self.failure, 512) != 0:
                raise RuntimeError(self.failure.value.decode())
        self.handle = self.library.rd_kafka_new(PRODUCER, conf, self.failure, 512)
        if not self.handle:
            raise RuntimeError(self.failure.value.decode())

    def close(self):
        self.library.rd_kafka_destroy(self.handle)

    def trust_writers(self, topic):
        """From now on the topic's records keep the time that their writer gives them, be it in the future."""
        resource = ctypes.c_void_p(self.library.rd_kafka_ConfigResource_new(TOPIC_RESOURCE, topic.encode()))
        for name, value in ((b"message.timestamp.type", b"CreateTime"), (b"message.timestamp.after.max.ms", str(2**63 - 1).encode()), (b"retention.ms", b"-1")):
            self.library.rd_kafka_ConfigResource_set_config(resource, name, value)
        queue = self.library.rd_kafka_queue_new(self.handle)
        self.library.rd_kafka_AlterConfigs(self.handle, ctypes.byref(resource), 1, None, queue)
        event = self.library.rd_kafka_queue_poll(queue, 30_000)
        if not event or self.library.rd_kafka_event_error(event):
            raise RuntimeError(self.library.rd_kafka_event_error_string(event).decode() if event else "no answer")
        self.library.rd_kafka_event_destroy(event)
        self.library.rd_kafka_queue_destroy(queue)
        self.library.rd_kafka_ConfigResource_destroy(resource)

    def send(self, topic, value, time_ms, key=None, partition=None, kind=None):
        """`kind`: the header ce_type. The record is on its way; flush() waits."""
        keep = [topic.encode(), value.encode(), key.encode() if key is not None else None, kind.encode() if kind else None]
        arguments = [(TOPIC, {"text": keep[0]}), (VALUE, {"bytes": self._bytes(keep[1])}), (FLAGS, {"i": COPY}), (TIMESTAMP, {"i64": time_ms})]
        if keep[2] is not None:
            arguments.append((KEY, {"bytes": self._bytes(keep[2])}))
        if partition is not None:
            arguments.append((PARTITION, {"i": partition}))
        if keep[3]:
            arguments.append((HEADER, {"header": _Header(b"ce_type", keep[3], len(keep[3]))}))
        vector = (_Argument * len(arguments))(*[_Argument(what, _Value(**value)) for what, value in arguments])
        problem = self.library.rd_kafka_produceva(self.handle, vector, len(arguments))
        if problem:
            raise RuntimeError(self.library.rd_kafka_error_string(problem).decode())
        self.library.rd_kafka_poll(self.handle, 0)

    @staticmethod
    def _bytes(text):
        return _Bytes(ctypes.cast(ctypes.c_char_p(text), ctypes.c_void_p), len(text))

    def flush(self):
        if self.library.rd_kafka_flush(self.handle, 60_000) != 0:
            raise RuntimeError("the brokers take nothing")

"""A submission server that answers as it is told to, for what no good server ever does."""

import asyncio
import contextlib
import ssl
import threading
import time
from urllib.parse import SplitResult, urlsplit

DROP, HANG, DRIP = "drop", "hang", "drip"


class Scripted:
    """An SMTP server; `answers` gives for a command (`MAIL`, `RCPT`, `DATA`, `.`, `greeting` …) what comes next.

    An answer is a line, DROP (close), HANG (say nothing) or DRIP (an answer without end, byte by byte). Each is used
    once; without one the usual answer is given.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, extensions: tuple[str, ...] = ("SIZE 9999999",)) -> None:
        self.answers: dict[str, list[str]] = {}
        self.mails: list[tuple[str, str, bytes]] = []
        self.commands: list[str] = []
        self.connections = 0
        self._tls, self._extensions = tls, extensions
        self._writers: list[asyncio.StreamWriter] = []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(5)

    def url(self, text: str = "smtp://127.0.0.1") -> SplitResult:
        return urlsplit(f"{text}:{self.port}")

    def close_connections(self) -> None:
        """What a server does to idle clients."""
        self._loop.call_soon_threadsafe(lambda: [w.close() for w in self._writers])
        time.sleep(0.1)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _shut(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        others = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _say(self, writer: asyncio.StreamWriter, command: str, usual: str) -> bool:
        scripted = self.answers.get(command)
        answer = scripted.pop(0) if scripted else usual
        if answer == HANG:
            await asyncio.sleep(30)
        while answer == DRIP and not writer.is_closing():
            writer.write(b"2")
            await asyncio.sleep(0.02)
        if answer in (DROP, HANG, DRIP):
            writer.close()
            return False
        writer.write(answer.encode() + b"\r\n")
        await writer.drain()
        return answer == usual

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        with contextlib.suppress(ConnectionError):
            if await self._say(writer, "greeting", "220 siap"):
                while line := (await reader.readline()).decode().strip():
                    if not await self._command(line, reader, writer):
                        break
        writer.close()

    async def _command(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        self.commands.append(line)
        word = line.split(maxsplit=1)[0].upper()
        if word == "EHLO":
            names = ["siap", *self._extensions]
            usual = "\r\n".join(f"250{'-' if n < len(names) - 1 else ' '}{name}" for n, name in enumerate(names))
        else:
            usual = {"DATA": "354 silakan", "QUIT": "221 sampai jumpa", "STARTTLS": "220 mulai", "AUTH": "235 ya"}.get(
                word, "250 baik"
            )
        if word == "MAIL":
            self._from = line.partition("<")[2].partition(">")[0]
        if word == "RCPT":
            self._to = line.partition("<")[2].partition(">")[0]
        accepted = await self._say(writer, word, usual)
        if word == "DATA" and accepted:
            data = await reader.readuntil(b"\r\n.\r\n")
            if not self.answers.get("."):  # noted before the answer, which the client may be quick to read
                self.mails.append((self._from, self._to, data[:-3].replace(b"\r\n..", b"\r\n.")))
            await self._say(writer, ".", "250 diterima")
            return not writer.is_closing()
        if word == "STARTTLS" and accepted and self._tls:
            try:
                await writer.start_tls(self._tls)
            except (ssl.SSLError, ConnectionError):
                return False
        return word != "QUIT" and not writer.is_closing()

// The HTTP API of the signetd under test, over its Unix socket.
import { request } from "node:http";

export const ask = (method, path, body) => new Promise((resolve, reject) => {
  const call = request({ socketPath: process.env.SIGNET_SOCKET, method, path, headers: { "Content-Type": "application/json" } }, async (answer) => {
    const text = (await answer.setEncoding("utf8").toArray()).join("");
    if (answer.statusCode === 200) resolve(JSON.parse(text));
    else reject(new Error(`${method} ${path}: ${text}`));
  });
  call.on("error", reject);
  call.end(body && JSON.stringify(body));
});

// Loaded before a recipe (node --import): connections to any host go to the stand-in on this machine. Names, TLS and certificates stay what they are.
import net from "node:net";

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...words) {
  const options = Array.isArray(words[0]) ? words[0][0] : words[0];
  if (options?.host && !options.path) Object.assign(options, { host: "127.0.0.1", port: Number(process.env.SIGNET_STAND_IN_PORT), lookup: undefined });
  return connect.apply(this, words);
};

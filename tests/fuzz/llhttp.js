// SPDX-License-Identifier: Apache-2.0
//
// node --no-deprecation llhttp.js < LINES: as tests/tools/forward, told by llhttp, the parser of Node.js. What llhttp
// refuses is {"error": its words}.
"use strict";
const { HTTPParser, allMethods, methods } = process.binding("http_parser");
const hex = (text) => Buffer.from(text, "latin1").toString("hex");

function parse(kind, bytes) {
  const parser = new HTTPParser();
  const messages = [];
  let fields = [], content = [], target = "";
  const begun = (major, minor, headers, method, url, status) => {
    const all = fields.concat(headers || []);
    const pairs = [];
    for (let i = 0; i < all.length; i += 2) pairs.push([hex(all[i]), hex(all[i + 1])]);
    const name = method === undefined ? "" : (allMethods || methods)[method];
    messages.push({ method: hex(name), target: hex(target + (url || "")), status: status || 0, minor, fields: pairs, content: null });
    fields = [];
    target = "";
    return status < 200 || status === 204 || status === 304 ? 1 : 0; // RFC 9112 6.3: no body, as its users are to say
  };
  parser[HTTPParser.kOnMessageBegin] = () => { content = []; fields = []; target = ""; };
  parser[HTTPParser.kOnHeaders] = (more, url) => {
    if (messages.length && messages[messages.length - 1].content === null) return; // trailers
    fields = fields.concat(more);
    target += url;
  };
  parser[HTTPParser.kOnHeadersComplete] = begun;
  parser[HTTPParser.kOnBody] = (piece) => { content.push(Buffer.from(piece)); };
  parser[HTTPParser.kOnMessageComplete] = () => { messages[messages.length - 1].content = Buffer.concat(content).toString("hex"); };
  parser.initialize(kind === "request" ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {}, 1 << 20);
  for (const result of [parser.execute(bytes), parser.finish()])
    if (result instanceof Error) return { error: `${result.code}: ${result.reason}`, messages };
  return { messages };
}

const lines = require("fs").readFileSync(0, "latin1").split("\n").filter(Boolean);
for (const line of lines) {
  const [kind, bytes] = line.split(" ");
  console.log(JSON.stringify(parse(kind, Buffer.from(bytes || "", "hex"))));
}

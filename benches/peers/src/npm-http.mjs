// The HTTP handler of the npm server behind node's own HTTP server, as its platform runs it.
// `npm-http.mjs HTTP_MJS` prints its address.
import { createServer } from "node:http";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

const { handleMcpRequest } = await import(pathToFileURL(argv[2]).href);
const server = createServer((request, response) => void handleMcpRequest(request, response));
server.listen(0, "127.0.0.1", () => console.log(`127.0.0.1:${server.address().port}`));

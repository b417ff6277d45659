import { start } from "./app.mjs";
import { server } from "./server.mjs";

start(server);

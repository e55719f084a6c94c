// Renders a page with every hook on the server, with traps in place of the globals:
// node render_alone.mjs
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { CourtsideClient } from "../../dist/index.js";
import {
  CourtsideProvider,
  useConnectionState,
  useCourtside,
  useEventList,
  useEvents,
} from "../../dist/react.js";
import { reportTrapped } from "./traps.mjs";

function Page() {
  const { pending } = useCourtside();
  const events = useEventList("user:1", { from: "earliest" });
  useEvents(["user:1", "user:2"], { types: ["booking.*"] }, () => {});
  return `${useConnectionState().status} ${events.length} ${pending.length}`;
}

const client = () => new CourtsideClient({ url: "https://example.org", token: () => "secret" });
const page = createElement(CourtsideProvider, { client }, createElement(Page));
await reportTrapped(() => renderToString(page));

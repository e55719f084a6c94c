import { CourtsideProvider } from "@courtside/client/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { players } from "../evening/venue.js";
import { App } from "./app.js";
import { Store } from "./store.js";
import "./styles/base.css";
import "./styles/connection.css";
import "./styles/board.css";
import "./styles/player.css";
import "./styles/log.css";
import "./styles/narrow.css";

const asked = new URLSearchParams(location.search).get("player");
const player = players.find(({ id }) => id === asked) ?? players[0];
const store = new Store(player?.id ?? "");
const root = createRoot(document.getElementById("root") as HTMLElement);

store.open().then(
  () =>
    root.render(
      <StrictMode>
        <CourtsideProvider client={store.client}>
          <App store={store} />
        </CourtsideProvider>
      </StrictMode>,
    ),
  (error: Error) =>
    root.render(<p className="failure">The demo cannot be reached: {error.message}</p>),
);

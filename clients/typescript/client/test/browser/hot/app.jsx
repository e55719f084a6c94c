import { CourtsideClient } from "@courtside/client";
import { CourtsideProvider } from "@courtside/client/react";
import { useState } from "react";
import { Booking } from "./booking.jsx";

// React calls it twice in StrictMode, and uses one of the clients.
const makeClient = () =>
  new CourtsideClient({ url: new URLSearchParams(location.search).get("server") });

/** One route per booking, and one that subscribes to nothing. */
export function App() {
  const [route, setRoute] = useState("nothing");
  window.go = setRoute;
  const edition = "app 1";
  return (
    <CourtsideProvider client={makeClient}>
      <h1>{edition}</h1>
      {route === "nothing" ? <p>nothing</p> : <Booking key={route} name={route} />}
    </CourtsideProvider>
  );
}

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.jsx";

// Lost when the page is loaded anew, which a hot update must not do.
window.loads = Number(sessionStorage.loads ?? 0) + 1;
sessionStorage.loads = window.loads;
window.heard = [];

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

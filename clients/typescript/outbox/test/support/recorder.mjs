// A transaction that accepts and records every statement, for tests of what is written.
export class Recorder {
  calls = [];

  async query(text, values) {
    this.calls.push({ text, values });
    return { rows: [{ eventId: values[0], position: "1", aggregateVersion: "1" }] };
  }

  // The last event's columns, in the order of the statement's column list.
  get row() {
    const { text, values } = this.calls.at(-1);
    const columns = /"EventOutbox" \((.*?)\)/.exec(text)[1].match(/\w+/g);
    return Object.fromEntries(columns.map((column, index) => [column, values[index]]));
  }
}

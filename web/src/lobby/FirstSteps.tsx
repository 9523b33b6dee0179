/** What to do first, where nobody has written yet. Nothing here is played by a script: you are all of these people. */
export const FirstSteps = () => (
  <div className="first-steps">
    <p className="first-steps-title">Nobody has written yet. Try it:</p>
    <ol>
      <li>
        <strong>Start typing below.</strong> The other panes see it before you send.
      </li>
      <li>
        <strong>Choose a status</strong> under the name above, or become invisible: the others see you leave.
      </li>
      <li>
        <strong>Cut the connection</strong> and restore it within five seconds: nobody notices.
      </li>
      <li>
        <strong>Add a second device</strong> of the same person, and close the first one.
      </li>
    </ol>
    <p className="muted small">
      Messages stay in this page and are gone with it. The server learns who types, never what is written.
    </p>
  </div>
);

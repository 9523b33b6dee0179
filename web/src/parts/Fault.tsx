/** Why the last action failed. Its place is there only while there is something to say. */
export const Fault = ({ message }: { readonly message: string | null }) =>
  message === null ? null : (
    <p className="fault" role="alert">
      {message}
    </p>
  );

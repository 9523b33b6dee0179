import { useDemo } from '../demo/DemoContext.js';
import { Fault } from '../parts/Fault.js';
import { useAction } from '../parts/useAction.js';

/** Opens GraphiQL in a tab of its own, signed in as the user of the current pane. */
export const GraphiqlButton = ({ userId }: { readonly userId: string }) => {
  const { tokenOf } = useDemo();
  const { run, isPending, fault } = useAction();

  const open = async () => {
    // At once, while the browser still knows that somebody clicked.
    const tab = window.open('about:blank', '_blank');
    try {
      tab?.location.replace(`${location.origin}/graphql#token=${await tokenOf(userId)}`);
    } catch (error) {
      tab?.close();
      throw error;
    }
  };
  return (
    <>
      <Fault message={fault} />
      <button
        type="button"
        className="button top-graphiql"
        title={`Opens GraphiQL, signed in as ${userId}`}
        disabled={isPending}
        onClick={() => run(open)}
      >
        GraphiQL
      </button>
    </>
  );
};

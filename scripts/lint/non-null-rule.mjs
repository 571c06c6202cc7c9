// Lint rule: `!` only on a read from a typed array, where the same function has checked the bounds.

const TYPED_ARRAY =
  /^(?:(?:Uint8|Uint8Clamped|Int8|Uint16|Int16|Uint32|Int32|Float32|Float64|BigInt64|BigUint64)Array|Buffer|NonSharedBuffer)$/;

export const nonNullRule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      nonNull:
        'no `!` but on a read from a typed array: handle the undefined, or say why it cannot be',
    },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    const isTypedArray = (node) => {
      const type = services.getTypeAtLocation(node);
      const symbol = type.getSymbol() ?? type.aliasSymbol;
      return TYPED_ARRAY.test(symbol?.name ?? '');
    };
    return {
      TSNonNullExpression(node) {
        const read = node.expression;
        if (read.type === 'MemberExpression' && read.computed && isTypedArray(read.object)) return;
        context.report({ node, messageId: 'nonNull' });
      },
    };
  },
};

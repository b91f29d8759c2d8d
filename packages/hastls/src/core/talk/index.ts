/**
 * How a connection that began in plaintext agrees to go on in TLS.
 *
 * A *conversation* is a dialogue written as straight-line code: a generator that yields what it needs (`send` these
 * octets, `take` one frame, and for servers `peek`) and returns how it ended. It never sees a socket, so it can be
 * tried octet by octet, cut anywhere, and fed with every attack there is.
 *
 * A *profile* is what the product knows about one protocol: a few facts and two conversations, the client's and the
 * server's. Its lines say only what that protocol says.
 *
 * The *driver*, `converse()`, holds a conversation and keeps the rules that all protocols share: frames and the whole
 * are bounded; a dialogue that is cut has failed; and not one octet may be left over when TLS is about to begin. That
 * last rule is the heart of it. A client that pipelines behind its upgrade, and a server that pipelines behind its
 * go-ahead, would have plaintext taken for words said under TLS: this is how dozens of mail servers and clients were
 * broken between 2011 and 2021. [V3] [V4]
 *
 * An ending is a *verdict*. "Absent" (the peer does not know the upgrade), "refused" (it knows it and says no) and
 * "garbled" (it broke the rules, or somebody on the way did) are three words, because what may follow differs:
 * `policy/` says what. A server has one more ending, the *handover*: a command that is not the upgrade's business, and
 * belongs to the application.
 */
export * from './answers.ts';
export * from './ber.ts';
export * from './client-hello.ts';
export * from './conversation.ts';
export * from './driver.ts';
export * from './exchange-middle.ts';
export * from './frame-server.ts';
export * from './frames.ts';
export * from './line-middle.ts';
export * from './line-profile.ts';
export * from './line-server.ts';
export * from './lines.ts';
export * from './meanings.ts';
export * from './mediation.ts';
export * from './mediator.ts';
export * from './opening.ts';
export * from './passages.ts';
export * from './profile.ts';
export * from './protocol-data.ts';
export * from './transcript.ts';
export * from './trigger97.ts';
export * from './trigger97-frames.ts';
export * from './wrapping.ts';
export * from './xml.ts';

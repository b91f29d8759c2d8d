export * from './conversation.ts';
export * from './profile.ts';
